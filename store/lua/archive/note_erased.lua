-- How much the archive deleted for an erasure. ARGV: the erasure's place in the outbox, reviews, for how long that is known in ms
even_when_full()
redis.call('SET', key.archive_erased(ARGV[1]), ARGV[2], 'PX', ARGV[3])
