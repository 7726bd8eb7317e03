/** Shown where the page was not built: what there is to do, and that the rest of the server works. */
export const fallbackPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>openapi-batch</title>
    <style>
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
      code { font-size: 0.95em }
    </style>
  </head>
  <body>
    <h1>openapi-batch</h1>
    <p>The server runs, but this copy of the package has no page: it is built from <code>samples/angular</code>.</p>
    <p>In a checkout: <code>npm run build:page</code>, then <code>openapi-batch serve</code> again.</p>
    <p>Everything else is there. With the token that <code>serve</code> has printed:</p>
    <pre><code>curl -H "authorization: Bearer $TOKEN" http://127.0.0.1:4711/api/jobs</code></pre>
  </body>
</html>
`;
