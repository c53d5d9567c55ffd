/** Made by `node migrations/generate.ts` from the SQL files beside it; do not edit. */
export const migrations: readonly { name: string; oldestReader: number; statements: readonly string[] }[] = [
  {
    name: '0000_tables',
    oldestReader: 1,
    statements: [
      `CREATE TABLE \`due\` (
	\`key\` text PRIMARY KEY NOT NULL,
	\`at\` integer NOT NULL
) WITHOUT ROWID;`,
      `CREATE TABLE \`events\` (
	\`slot\` integer PRIMARY KEY NOT NULL,
	\`version\` integer NOT NULL,
	\`written\` integer NOT NULL,
	\`type\` text NOT NULL,
	\`namespace\` text NOT NULL,
	\`name\` text NOT NULL,
	\`uid\` text NOT NULL,
	\`previous_slot\` integer,
	\`previous\` integer,
	\`json\` text NOT NULL
);`,
      `CREATE TABLE \`managed\` (
	\`hash\` text PRIMARY KEY NOT NULL,
	\`body\` text NOT NULL
) WITHOUT ROWID;`,
      `CREATE TABLE \`meta\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`schema\` integer NOT NULL,
	\`oldest_reader\` integer NOT NULL,
	\`floor\` integer NOT NULL,
	\`ring\` integer NOT NULL,
	\`events\` integer NOT NULL
);`,
      `CREATE TABLE \`objects\` (
	\`resource\` text NOT NULL,
	\`namespace\` text NOT NULL,
	\`name\` text NOT NULL,
	\`uid\` text NOT NULL,
	\`version\` integer NOT NULL,
	\`owners\` text,
	\`node\` text,
	\`managed\` text,
	\`json\` text NOT NULL,
	PRIMARY KEY(\`resource\`, \`namespace\`, \`name\`)
) WITHOUT ROWID;`,
      `CREATE TABLE \`records\` (
	\`collection\` text NOT NULL,
	\`id\` text NOT NULL,
	\`json\` text NOT NULL,
	PRIMARY KEY(\`collection\`, \`id\`)
) WITHOUT ROWID;`,
      `CREATE TABLE \`ring\` (
	\`slot\` integer PRIMARY KEY NOT NULL,
	\`version\` integer NOT NULL,
	\`type\` text NOT NULL,
	\`resource\` text NOT NULL,
	\`namespace\` text NOT NULL,
	\`name\` text NOT NULL,
	\`uid\` text NOT NULL,
	\`previous\` integer,
	\`split\` integer NOT NULL,
	\`before_managed\` text,
	\`after_managed\` text,
	\`after\` text NOT NULL,
	\`before\` text
);`,
      `CREATE TABLE \`ring_rest\` (
	\`slot\` integer PRIMARY KEY NOT NULL,
	\`before\` text NOT NULL
);`,
    ],
  },
  {
    name: '0001_fields',
    oldestReader: 1,
    statements: [
      `ALTER TABLE \`objects\` ADD \`fields\` text;`,
      `ALTER TABLE \`ring\` ADD \`before_fields\` text;`,
      `ALTER TABLE \`ring\` ADD \`after_fields\` text;`,
    ],
  },
]
