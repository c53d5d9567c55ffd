-- oldest reader: 1
ALTER TABLE `objects` ADD `fields` text;
--> statement-breakpoint
ALTER TABLE `ring` ADD `before_fields` text;
--> statement-breakpoint
ALTER TABLE `ring` ADD `after_fields` text;
