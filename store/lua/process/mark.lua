-- Writes, and changes nothing: since Redis 7.2 whoever waits for replicas waits for what its own connection wrote last, and
-- a call that is made again may have nothing to write any more.
even_when_full()
redis.call('ZADD', key.nothing, 0, '')
redis.call('ZREM', key.nothing, '')
