// Development keys cached on disk by content. A key is complete as soon as it has its name (atomic rename), so
// processes need no lock: when two of them make the same key at once, both write the same bytes.

import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "../errors.js";
import { DEVELOPMENT_SETUP_VERSION, developmentSetup, type SetupProgress } from "./development-setup.js";
import { readFileBytes } from "./read-file.js";
import { readVerificationKey } from "./verification-key.js";

/** Parameters of ensureDevelopmentKey. */
export interface EnsureDevelopmentKeyParameters {
  readonly r1csPath: string;
  /** Made when it does not exist. */
  readonly cacheDirectory: string;
  readonly threadCount?: number;
  readonly onProgress?: (progress: SetupProgress) => void;
  readonly signal?: AbortSignal;
}

const inProgress = new Map<string, Promise<unknown>>();

/**
 * The path of the development key of a constraint system, made now unless it is in the cache.
 * Named by the sha256 of the `.r1cs` and the setup version; a cached key that can't be read is made again.
 * @throws FileFormatError, SetupError, AbortedError
 */
export async function ensureDevelopmentKey(parameters: EnsureDevelopmentKeyParameters): Promise<string> {
  const { r1csPath, cacheDirectory, ...options } = parameters;
  const digest = createHash("sha256")
    .update(await readFileBytes(r1csPath))
    .digest("hex");
  const zkeyPath = join(cacheDirectory, `${digest}-v${DEVELOPMENT_SETUP_VERSION}.zkey`);
  await mkdir(cacheDirectory, { recursive: true });
  for (let running = inProgress.get(zkeyPath); running !== undefined; running = inProgress.get(zkeyPath)) {
    // Another caller's failure, or abort, is not this one's: then this one tries itself.
    await running.catch(() => undefined);
    throwIfAborted(options.signal, "the development setup");
  }
  const setup = isUsable(zkeyPath)
    .then(async (usable) => {
      if (!usable) await developmentSetup({ r1csPath, zkeyPath, ...options });
    })
    .finally(() => inProgress.delete(zkeyPath));
  inProgress.set(zkeyPath, setup);
  await setup;
  return zkeyPath;
}

async function isUsable(zkeyPath: string): Promise<boolean> {
  return readVerificationKey(zkeyPath).then(
    () => true,
    () => false,
  );
}
