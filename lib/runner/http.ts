/** HTTP for workloads: `fetch` does not throw on a status, so this does. */
