// Leases of block proofs: fencing, expiry, attempts. Time is an argument.
import { describe, expect, it } from "vitest";
import { complete, expire, fail, heartbeat, lease, revive } from "../src/broker/proof-queue.js";
import { PROOF_ATTEMPTS, PROOF_LEASE_MS, PROOF_LEASE_TOTAL_MS } from "../src/limits.js";
import type { StoredProofJob } from "../src/store/work.js";

const queued: StoredProofJob = {
  id: "job",
  blockNumber: 1n,
  circuit: "small",
  status: "queued",
  attempts: 0,
  token: null,
  worker: null,
  untilMs: null,
  leasedMs: null,
  phase: null,
  percentage: null,
  reason: null,
};
const report = (token: string) => ({ token, phase: "points", percentage: 50 });
const lost = expect.objectContaining({ code: "SEQUENCER_LEASE_LOST" });

describe("a lease", () => {
  it("holds until its last millisecond and is released at the next", () => {
    const leased = lease(queued, 1_000, "a", "token-a");
    expect(expire(leased, 1_000 + PROOF_LEASE_MS - 1)).toBe(leased);
    const expired = expire(leased, 1_000 + PROOF_LEASE_MS);
    expect(expired).toMatchObject({ status: "queued", token: null, attempts: 1 });
  });

  it("is extended by heartbeats, up to its total length", () => {
    const leased = lease(queued, 0, "a", "token-a");
    expect(heartbeat(leased, 5_000, report("token-a")).untilMs).toBe(5_000 + PROOF_LEASE_MS);
    const late = PROOF_LEASE_TOTAL_MS - 1;
    expect(heartbeat(leased, late, report("token-a")).untilMs).toBe(PROOF_LEASE_TOTAL_MS);
  });

  it("fences off its earlier holder", () => {
    const first = lease(queued, 0, "a", "token-a");
    const second = lease(expire(first, PROOF_LEASE_MS), PROOF_LEASE_MS, "b", "token-b");
    expect(() => heartbeat(second, PROOF_LEASE_MS, report("token-a"))).toThrowError(lost);
    expect(() => fail(second, "token-a", "reason")).toThrowError(lost);
    expect(heartbeat(second, PROOF_LEASE_MS, report("token-b"))).toMatchObject({
      phase: "points",
      attempts: 2,
    });
  });

  it("is over when the job is proved or queued", () => {
    expect(() => heartbeat(complete(lease(queued, 0, "a", "t")), 1, report("t"))).toThrowError(lost);
    expect(() => fail(queued, "t", "reason")).toThrowError(lost);
  });
});

describe("attempts", () => {
  it("end with the job parked, and a restart gives them back", () => {
    let job = queued;
    for (let attempt = 1; attempt <= PROOF_ATTEMPTS; attempt++) {
      expect(job.status).toBe("queued");
      job = fail(lease(job, 0, "a", "t"), "t", `failure ${attempt}`);
    }
    expect(job).toMatchObject({ status: "failed", reason: `failure ${PROOF_ATTEMPTS}` });
    expect(revive(job)).toMatchObject({ status: "queued", attempts: 0 });
    expect(revive(queued)).toBe(queued);
  });
});
