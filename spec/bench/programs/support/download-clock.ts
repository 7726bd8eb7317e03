import { subscribe } from 'node:diagnostics_channel';

/** Calls back once, when the content of a file is asked for: what came before is not the reading of it. */
export function onDownload(begin: () => void): void {
  let begun = false;
  subscribe('undici:request:create', (message) => {
    const { path } = (message as { readonly request: { readonly path: string } }).request;
    if (begun || !path.endsWith('/content')) return;
    begun = true;
    begin();
  });
}
