// A running devnet, as demo and tests see it.
import type { Deployment } from "@catalyze/contracts";
import type { CatalyzeClient, devnetActions } from "@catalyze/sdk";
import type { Account, Chain } from "viem";
import type { DevnetAccounts, DevnetRole } from "./accounts.js";
import type { DevnetCircuits } from "./circuits.js";
import type { ManagedProcess } from "./process.js";

/** A client of the devnet, with the faucet. */
export type DevnetClient = CatalyzeClient & ReturnType<typeof devnetActions>;

/** A service of the devnet that can be crashed and started again on the same data. */
export interface DevnetService {
  /** The process that runs now. */
  readonly process: ManagedProcess;
  /** Kills it with SIGKILL, as a crash would. */
  crash(): Promise<void>;
  /** Stops it if it runs, and starts it again on the same data and port. */
  restart(): Promise<void>;
}

/** A local chain with contracts, sequencer and prover worker. */
export interface Devnet {
  readonly chain: Chain;
  readonly rpcUrl: string;
  readonly sequencerUrl: string;
  readonly deployment: Deployment;
  readonly accounts: DevnetAccounts;
  /** Block circuit, program, royalty split and exits with their development keys. */
  readonly circuits: DevnetCircuits;
  readonly programId: bigint;
  /** Wei of CTZ that were minted. */
  readonly initialSupplyWei: bigint;
  /** Temporary folder with the sequencer's store and the logs. */
  readonly folder: string;
  readonly sequencer: DevnetService;
  readonly worker: DevnetService;
  /** An SDK client of one of the devnet's accounts, or of another. */
  createClient(account: Account | DevnetRole): DevnetClient;
  /** The last lines of the services' logs. */
  describeLogs(): Promise<string>;
  /** Ends everything and removes the folder. Harmless when called again. */
  stop(): Promise<void>;
}
