/** Lets everything else that waits have its turn: a page is a few milliseconds of work, a million rows are not. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
