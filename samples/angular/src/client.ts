import { InjectionToken } from '@angular/core';
import { RemoteBatchClient } from 'openapi-batch/browser';

const key = 'openapi-batch.token';

/** The token comes in the URL's fragment, which no server sees; it is kept for this tab and taken out of the address. */
function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(key) ?? undefined;
}

export const CLIENT = new InjectionToken('openapi-batch client', {
  factory: () => new RemoteBatchClient({ baseURL: new URL('api', document.baseURI).href, token: takeToken() }),
});

// A new address of `serve`, opened in a tab that has the page already.
addEventListener('hashchange', () => {
  if (new URLSearchParams(location.hash.slice(1)).has('token')) location.reload();
});
