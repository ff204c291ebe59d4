// Types of build.mjs.

/**
 * Builds the addon unless it is up to date; says what was done, in words. Never throws because of the compiler.
 * sanitize: with AddressSanitizer and UndefinedBehaviorSanitizer, beside the usual one.
 */
export declare function buildNativeWitness(options?: { readonly sanitize?: boolean }): string;
