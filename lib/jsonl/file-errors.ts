import { errorCode } from '../core/error-code.js';
import { messageOf } from '../core/errors.js';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory, expected a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOTDIR: 'a part of the path is not a directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
};

/** A file system error in words; the system's own message where we have none. */
export function describeFileError(error: unknown): string {
  return words[errorCode(error)] ?? messageOf(error);
}
