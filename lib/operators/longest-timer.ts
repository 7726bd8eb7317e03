/** Milliseconds (24 days); a longer delay overflows Node's timers, which then fire at once. */
export const longestTimerMs = 2_147_483_647;
