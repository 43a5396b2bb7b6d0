/** A file as it is, or as it is to be. */
export interface FileState {
  readonly text: string;
  readonly executable: boolean;
}

/** A file of a folder before and after; null: not there. */
export interface FileChange {
  /** Relative to the folder. */
  readonly path: string;
  readonly before: FileState | null;
  readonly after: FileState | null;
}
