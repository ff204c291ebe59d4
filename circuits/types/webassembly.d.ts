// The part of the WebAssembly API that the circuit tools use; Node has it, its type package does not declare it.
declare namespace WebAssembly {
  interface Module {
    readonly brand: unique symbol;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<Instance>;
}
