// Types of build.mjs.

/** Builds the addon unless it is up to date; says what was done, in words. Never throws because of the compiler. */
export declare function buildNativeWitness(): string;
