/** Where this module is. The build replaces this file in the ESM output (`import.meta.url`); see scripts/finish-build.mjs. */
export const moduleLocation: string = __filename;
