import { tidyMessage } from '../../failure.js';
import { isRecord } from '../../is-record.js';
import type { BatchFault } from '../../native.js';
import { readCountedKey } from '../../native/counted-key.js';

type Json = Readonly<Record<string, unknown>>;

const enqueued = /enqueued token limit/i;
const namedId = /custom_id\s+['"`]([^'"`]+)['"`]/i;

/**
 * Why a batch was refused as a whole: `errors.data[] {code, message, param, line}` (API description, Batch). The codes are an
 * open set; seen are `token_limit_exceeded`, `duplicate_custom_id`, `invalid_json_line`, `model_mismatch`, `url_mismatch`,
 * `empty_file`, `too_many_tasks` and more (openai-python#1643, #2084). Compatible servers send an array, or a text in `error`.
 */
export function readFaults(batch: Json): readonly BatchFault[] {
  const { errors, error } = batch;
  const list = Array.isArray(errors) ? errors : isRecord(errors) ? (errors['data'] ?? [errors]) : [error];
  return (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap((entry) => {
    if (typeof entry === 'string' && entry !== '') return [toFault({ message: entry })];
    return isRecord(entry) && (entry['code'] !== undefined || entry['message'] !== undefined) ? [toFault(entry)] : [];
  });
}

function toFault({ code, message, line }: Json): BatchFault {
  const known = typeof code === 'string' ? code : '';
  const text = tidyMessage(typeof message === 'string' ? message : known);
  const said = { code: known, message: text };
  if (known === 'token_limit_exceeded' || enqueued.test(text)) return { kind: 'quota', ...said };
  const id = namedId.exec(text)?.[1];
  const place = {
    ...(typeof line === 'number' && line >= 1 ? { line } : {}),
    ...(id === undefined ? {} : { key: readCountedKey(id).key }),
  };
  return Object.keys(place).length === 0 ? { kind: 'batch', ...said } : { kind: 'line', ...said, ...place };
}
