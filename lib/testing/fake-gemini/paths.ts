/** Any API version the SDKs use; for patterns. */
export const version = '(?:v1beta|v1alpha|v1)';
