/** What came of one connection, said the same way of both sides. */
export type Outcome = {
  /** `user@address:port` of each host that was talked to, the target last. */
  hops: string[];
  /** Of the target's key; only where it was let in. */
  fingerprint: string | undefined;
  verdict: Verdict;
  /** Ours: what carried it. */
  by?: string;
  /** The words it said, for whoever reads a failing row. */
  said: string;
};

export type Verdict =
  | 'in'
  | 'unknown key'
  | 'changed key'
  | 'revoked key'
  | 'not let in'
  | 'not reached'
  | 'no such name'
  | 'nothing in common'
  | 'needs more than ssh2'
  | 'other';
