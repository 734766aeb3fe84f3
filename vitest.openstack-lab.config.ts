import { defineConfig } from 'vitest/config'

// What labs/openstack/test runs once its cloud is up.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: { include: ['packages/drivers/openstack/src/**/*.on-lab.ts'], fileParallelism: false },
})
