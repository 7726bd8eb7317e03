/** Before a path: nothing, `/v1`, or Azure's two forms. For patterns. */
export const prefix = String.raw`^(?:/openai)?(?:/v1|/deployments/[^/]+)?`;
