// Finds a program and a seed that runs it, as the deployment knows them. Used by the actions that name a program.
import type { ProgramAdapter } from "@catalyze/circuits/reference";
import type { SeedResponse } from "../api/index.js";
import type { BaseClient, Deployment } from "../clients/types.js";
import { ProgramUnavailableError } from "../errors/operation.js";
import type { SequencerRequestError } from "../errors/sequencer.js";
import { getSeed } from "./getSeed.js";
import { getSeeds } from "./getSeeds.js";

/** A program to use: its adapter, and its id when the caller knows it. */
export interface ProgramReference {
  readonly adapter: ProgramAdapter;
  /** Checked against the sequencer's table when given. */
  readonly programId?: bigint | undefined;
}
export type ResolveProgramErrorType = ProgramUnavailableError | SequencerRequestError;

/** Id of a program in this deployment. @throws {ProgramUnavailableError} */
export function programIdOf(deployment: Deployment, program: ProgramReference): bigint {
  const { name } = program.adapter;
  const entry = deployment.programs.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    throw new ProgramUnavailableError({
      shortMessage: `The sequencer does not know the program "${name}".`,
      code: "SDK_PROGRAM_UNKNOWN",
      wayOut: `Known programs: ${deployment.programs.map((candidate) => candidate.name).join(", ") || "none"}.`,
    });
  }
  if (program.programId !== undefined && program.programId !== entry.programId) {
    throw new ProgramUnavailableError({
      shortMessage: `The sequencer's program "${name}" has another verification key than yours.`,
      code: "SDK_PROGRAM_ID_MISMATCH",
      wayOut: "Trust neither results nor terms until both sides name the same circuit and key.",
    });
  }
  return entry.programId;
}

/** The seed to use: the one named, or the only one of the program. @throws {ProgramUnavailableError} */
export async function resolveSeed(
  client: BaseClient,
  programId: bigint,
  index: number | undefined,
): Promise<SeedResponse> {
  if (index !== undefined) {
    const seed = await getSeed(client, { index });
    if (seed.programId === programId) return seed;
    throw new ProgramUnavailableError({
      shortMessage: `Seed ${index} runs another program.`,
      code: "SDK_SEED_MISMATCH",
      wayOut: "Name a seed of this program; getSeeds() lists them.",
    });
  }
  const seeds = (await getSeeds(client)).filter((seed) => seed.programId === programId);
  const [only] = seeds;
  if (only !== undefined && seeds.length === 1) return only;
  throw new ProgramUnavailableError({
    shortMessage: `${seeds.length} seeds run this program.`,
    code: "SDK_SEED_AMBIGUOUS",
    wayOut: seeds.length === 0 ? "Register one with registerSeed()." : "Name one with the parameter seed.",
  });
}
