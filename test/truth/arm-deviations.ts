// Recorded answers that ours differ from, by case, each with its reason.

/** Reason of each deviation. */
export const deviations: Readonly<Record<string, string>> = {}
