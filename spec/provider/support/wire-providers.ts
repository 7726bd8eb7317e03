import type { WireServer } from './wire-server';
import { startWireServer } from './wire-server';

/** A server for the specs of a file or a `describe`, and the providers made for it: all are closed after the last one. */
export function wireProviders() {
  let server: WireServer;
  const open: { close?: () => unknown }[] = [];
  beforeAll(async () => void (server = await startWireServer()));
  afterAll(async () => {
    await Promise.all(open.map((provider) => provider.close?.()));
    await server.close();
  });
  return {
    get server() {
      return server;
    },
    made<P extends { close?: () => unknown }>(provider: P): P {
      open.push(provider);
      return provider;
    },
  };
}
