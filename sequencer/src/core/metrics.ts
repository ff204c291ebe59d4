// Prometheus metrics. Names and units in one place.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Every metric of a sequencer, in a registry of its own. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    registry,
    latestBlock: gauge("catalyze_latest_block", "Number of the latest sealed block"),
    settledBlock: gauge("catalyze_settled_block", "Number of the latest block on L1"),
    l1Block: gauge("catalyze_l1_block", "Latest L1 block processed"),
    poolOperations: gauge("catalyze_pool_operations", "Operations that wait for a block"),
    halted: gauge("catalyze_halted", "1 when building and submitting stopped and the operator must act"),
    operations: counter("catalyze_operations_total", "Operations by outcome", ["outcome"]),
    statements: counter("catalyze_statements_total", "Submitted statements by outcome", ["outcome"]),
    proofs: counter("catalyze_block_proofs_total", "Submitted block proofs by outcome", ["outcome"]),
    failures: counter("catalyze_loop_failures_total", "Failed turns of background loops", ["loop"]),
    gas: counter("catalyze_submission_gas_total", "Gas of settled submissions", []),
    rewinds: counter("catalyze_rewinds_total", "Times that sealed blocks were taken back", []),
    provingSeconds: new Histogram({
      name: "catalyze_block_proving_seconds",
      help: "Seconds that workers reported for block proofs",
      buckets: [1, 2, 5, 10, 20, 40, 80, 160, 320],
      registers,
    }),
  };
}

/** The metrics of one sequencer. */
export type Metrics = ReturnType<typeof createMetrics>;
