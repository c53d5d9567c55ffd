/** Recorded cases that podo answers differently, each with the reason. */
export const KNOWN: Readonly<Record<string, string>> = {}
