import { defineConfig } from 'drizzle-kit'

/** Paths are relative to the project's folder, where `migrations/generate.ts` runs drizzle-kit. */
export default defineConfig({ dialect: 'sqlite', schema: './worker/store/schema.ts', out: './migrations' })
