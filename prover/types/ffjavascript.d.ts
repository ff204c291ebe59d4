// The parts of ffjavascript that this workspace uses; the package ships no types.
declare module "ffjavascript" {
  /** A curve engine; only the WASM code and the addresses of its constants are used. */
  export interface CurveEngine {
    readonly tm: {
      /** The compiled curve module; present on single-threaded engines. */
      readonly code: Uint8Array;
      /** Address of the first free byte after the module's own constants. */
      readonly initalPFree: number;
      readonly pG1gen: number;
      readonly pG2gen: number;
    };
    terminate(): Promise<void>;
  }
  export function buildBn128(singleThread: boolean): Promise<CurveEngine>;
}
