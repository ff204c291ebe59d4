// Types of build.mjs.

/** The addon, once it is built. */
export declare const ADDON_PATH: string;
/** The command-line tool of tests and benchmarks, once it is built. */
export declare const TOOL_PATH: string;
/** What became of a build; `unavailable`: no compiler, no headers, or a system that is not supported. */
export interface NativeBuild {
  readonly status: "built" | "current" | "unavailable" | "failed";
  readonly message: string;
}
/** Builds what is out of date; never rejects because of the compiler. */
export declare function buildNative(options?: {
  readonly force?: boolean;
  readonly extraFlags?: readonly string[];
}): Promise<NativeBuild>;
