import { runInThisContext } from 'node:vm';

/**
 * `@google/genai` looks for Node's own undici dispatcher on the global object, and Jest's sandbox has a global object of
 * its own without it. Import this file in a spec that uses the SDK.
 */
const dispatcher = Symbol.for('undici.globalDispatcher.1');

// Node sets the dispatcher up at the first use of its fetch classes.
new Headers();
Object.assign(globalThis, { [dispatcher]: (runInThisContext('globalThis') as Record<symbol, unknown>)[dispatcher] });
