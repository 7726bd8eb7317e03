import type { PageLimit } from '../store/store.js';

/** One page of a stream: enough to be quick, little enough that a hundred slow readers do not matter. */
export const streamPage: PageLimit = { rows: 500, chars: 131_072 };

/** Characters of the items or jobs of one answer. The one that passes this is its last. */
export const answerChars = 1_048_576;
