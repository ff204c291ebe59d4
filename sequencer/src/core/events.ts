// Announces changes to streams and loops of this process. Nothing here is durable: who missed an event asks the API.
import type { api } from "@catalyze/sdk";

/** Receives events. Must not throw. */
export type EventListener = (event: api.SequencerEvent) => void;

/** Fans events out. */
export class EventHub {
  readonly #listeners = new Set<EventListener>();

  /** Number of listeners. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Listens until the returned function is called. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Announces an event. */
  emit(event: api.SequencerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
