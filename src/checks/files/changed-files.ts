/** What a pull request changes, as GitHub lists it. */
export interface ChangedFiles {
  readonly files: readonly ChangedFile[];
  /** False: there are more than GitHub lists. */
  readonly complete: boolean;
}

export interface ChangedFile {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
}

/** What the base branch says of its files. */
export interface FileRules {
  /** `.gitattributes`; null: there is none. */
  readonly attributes: string | null;
  /** `CODEOWNERS`, from the first place that has one; null: there is none. */
  readonly codeOwners: string | null;
}
