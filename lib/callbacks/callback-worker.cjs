'use strict';
// Runs in a worker thread: loads the user's module once and calls the callback that is asked for.
const { workerData } = require('piscina');

let loading;

module.exports = async ({ name, args }) => {
  loading ??= import(workerData.module);
  const loaded = await loading;
  const callback = loaded[name] ?? loaded.default?.[name];
  if (typeof callback === 'function') await callback(...args);
};
