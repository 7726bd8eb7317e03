export { createHandler } from './create-handler.js';
export type { Handler } from './create-handler.js';
export type { CorsOptions, HandlerOptions, Principal, ServedClient } from './handler-options.js';
export { toNodeListener } from './node-listener.js';
export type { NodeListener } from './node-listener.js';
export type * from './wire.js';
