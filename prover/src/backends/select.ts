// Which backend to use. One instance of each per process, because each may hold a process or a device.

import { UnknownBackendError } from "../errors.js";
import { BACKEND_NAMES, type BackendName, type ProverBackend } from "./backend.js";
import { isNativeAvailable, NativeBackend } from "./native.js";
import { SnarkjsBackend } from "./snarkjs.js";

const backends = new Map<BackendName, ProverBackend>();

const FACTORIES: Readonly<Record<BackendName, () => ProverBackend>> = {
  native: () => new NativeBackend(),
  snarkjs: () => new SnarkjsBackend(),
};

/**
 * The backend of this name; default: the environment variable CATALYZE_BACKEND, or else the fastest that works:
 * `native` when it has been built, `snarkjs` otherwise.
 * @throws UnknownBackendError, BackendUnavailableError when a backend is asked for by name that this installation
 * does not have
 */
export function selectBackend(name: string | undefined = process.env.CATALYZE_BACKEND): ProverBackend {
  const requested = name === undefined || name === "" ? fastestBackendName() : name;
  if (!isBackendName(requested)) throw new UnknownBackendError(requested, BACKEND_NAMES);
  let backend = backends.get(requested);
  if (backend === undefined) {
    backend = FACTORIES[requested]();
    backends.set(requested, backend);
  }
  return backend;
}

function fastestBackendName(): BackendName {
  return isNativeAvailable() ? "native" : "snarkjs";
}

function isBackendName(name: string): name is BackendName {
  return (BACKEND_NAMES as readonly string[]).includes(name);
}

/** Closes every backend that selectBackend has made. */
export async function closeBackends(): Promise<void> {
  await Promise.all([...backends.values()].map((backend) => backend.close()));
}
