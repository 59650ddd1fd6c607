-- Takes the oldest ends that monitors have not been told of. ARGV: most   Returns them as JSON (`note_untold`)
local found = redis.call('LRANGE', key.untold, 0, ARGV[1] - 1)
redis.call('LTRIM', key.untold, #found, -1)
return found
