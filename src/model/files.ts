/** What a path leads to, links followed. `reason` is lower case and completes "cannot be read: …". */
export type PathKind =
  | { readonly kind: 'file' | 'directory' | 'pipe' | 'other' | 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What reading a file gives: its text, or why there is none. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What the loader may ask of the file system. Neither throws, and neither waits for another process. */
export interface FileReader {
  readonly readText: (absolutePath: string) => FileText;
  readonly kindOf: (absolutePath: string) => PathKind;
}
