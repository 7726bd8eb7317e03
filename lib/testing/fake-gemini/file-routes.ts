import type { Route, RouteContext } from '../fake-server/api.js';
import { contentOf } from '../fake-server/file-content.js';
import { json, type Reply } from '../fake-server/reply.js';
import { geminiError, invalidArgument } from './error-body.js';
import { fileBody } from './file-body.js';
import type { Native } from './native.js';
import { pageOf } from './paging.js';
import { version } from './paths.js';
import { receiveBytes, startUpload } from './upload-session.js';

/** Files: resumable upload, metadata, download. */
export function fileRoutes(native: Native): Route[] {
  const { files, parts } = native;
  const upload = new RegExp(`^/(?:resumable/)?upload/${version}/files/?$`);
  const all = new RegExp(`^/${version}/files$`);
  const one = new RegExp(`^/${version}/files/(?<id>[^/:]+)$`);
  const content = new RegExp(`^(?:/download)?/${version}/files/(?<id>[^/:]+):download$`);
  return [
    {
      ...{ method: 'POST', pattern: upload, query: 'upload_id', operation: 'files.upload', upload: true },
      handle: (context) => receiveBytes(context, native),
    },
    { method: 'POST', pattern: upload, operation: 'files.create', handle: (context) => startUpload(context, native) },
    {
      ...{ method: 'GET', pattern: all, operation: 'files.list' },
      handle: ({ query }) => {
        const { entries, nextPageToken } = pageOf(files.list().reverse(), query, 10, 100);
        return json(200, { files: entries.map((file) => fileBody(file, parts.origin())), nextPageToken });
      },
    },
    {
      ...{ method: 'GET', pattern: one, operation: 'files.get' },
      handle: ({ params }) => {
        const file = files.get(params['id'] ?? '');
        return file ? json(200, fileBody(file, parts.origin())) : noSuchFile(params['id']);
      },
    },
    { method: 'GET', pattern: content, operation: 'files.content', handle: (context) => download(context, native) },
    {
      ...{ method: 'DELETE', pattern: one, operation: 'files.delete' },
      handle: async ({ params }) =>
        (await files.delete(params['id'] ?? '')) ? json(200, {}) : noSuchFile(params['id']),
    },
  ];
}

/** Only what the service itself made can be downloaded. */
function download({ params, incoming }: RouteContext, { files, parts }: Native): Reply {
  const file = files.get(params['id'] ?? '');
  if (!file) return noSuchFile(params['id']);
  if (!file.generated) return invalidArgument(`The file files/${file.id} was uploaded and cannot be downloaded.`);
  return contentOf(file, parts.batchOptions().rangeSupport === true ? incoming.headers.range : undefined);
}

/** Google does not tell a file that is gone from one that is somebody else's. */
export function noSuchFile(id = ''): Reply {
  return geminiError(403, `You do not have permission to access the File ${id} or it may not exist.`);
}
