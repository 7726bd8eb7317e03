import type { Route } from '../fake-server/api.js';
import { contentOf } from '../fake-server/file-content.js';
import { json, type Reply } from '../fake-server/reply.js';
import { openaiError } from './error-body.js';
import { fileBody } from './file-body.js';
import { uploadFile } from './file-upload.js';
import type { Native } from './native.js';
import { page } from './paging.js';
import { prefix } from './paths.js';

/** /files and what is below it. */
export function fileRoutes(native: Native): Route[] {
  const { files, parts } = native;
  const all = new RegExp(`${prefix}/files$`);
  const one = new RegExp(`${prefix}/files/(?<id>[^/]+)$`);
  const content = new RegExp(`${prefix}/files/(?<id>[^/]+)/content$`);
  return [
    {
      method: 'POST',
      pattern: all,
      operation: 'files.create',
      upload: true,
      handle: (context) => uploadFile(context, native),
    },
    {
      method: 'GET',
      pattern: all,
      operation: 'files.list',
      handle: ({ query }) => {
        const purpose = query.get('purpose');
        const found = files.list().filter((file) => purpose === null || file.purpose === purpose);
        const sorted = query.get('order') === 'asc' ? found : found.reverse();
        return page(sorted, query, { usual: 10_000, most: 10_000 }, fileBody);
      },
    },
    {
      method: 'GET',
      pattern: one,
      operation: 'files.get',
      handle: ({ params }) => {
        const file = files.get(params['id'] ?? '');
        return file ? json(200, fileBody(file)) : noSuchFile(params['id']);
      },
    },
    {
      method: 'GET',
      pattern: content,
      operation: 'files.content',
      handle: ({ params, incoming }) => {
        const file = files.get(params['id'] ?? '');
        const range = parts.batchOptions().rangeSupport === true ? incoming.headers.range : undefined;
        return file ? contentOf(file, range) : noSuchFile(params['id']);
      },
    },
    {
      method: 'DELETE',
      pattern: one,
      operation: 'files.delete',
      handle: async ({ params }) => {
        const { id = '' } = params;
        return (await files.delete(id)) ? json(200, { id, object: 'file', deleted: true }) : noSuchFile(id);
      },
    },
  ];
}

function noSuchFile(id = ''): Reply {
  return openaiError(404, `No such File object: ${id}`, { param: 'id' });
}
