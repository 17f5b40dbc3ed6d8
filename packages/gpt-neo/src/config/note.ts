/** What is to be said about a key, or about something else that has a name. */
export type Note = readonly [key: string, reason: string];
