// The WebAssembly globals that this workspace uses; they come with the DOM library, which Node code does not load.
declare namespace WebAssembly {
  interface Module {
    readonly __brand?: "WebAssembly.Module";
  }
  const Module: { new (bytes: Uint8Array): Module };

  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  const Memory: {
    new (descriptor: { initial: number; maximum?: number }): Memory;
  };

  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Instance: {
    new (module: Module, imports?: Record<string, Record<string, unknown>>): Instance;
  };

  function compile(bytes: Uint8Array): Promise<Module>;
}
