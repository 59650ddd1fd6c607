-- Points an alias at what `ARGV[3]` says, if nobody has moved it since. ARGV: name, the revision that is known (0: none),
--   what it is to be   Returns {'moved'} | {'other', what it is now, or ''}
local kept = redis.call('HGET', key.aliases, ARGV[1])
if (kept and cjson.decode(kept).revision or 0) ~= tonumber(ARGV[2]) then return { 'other', kept or '' } end
redis.call('HSET', key.aliases, ARGV[1], ARGV[3])
return { 'moved' }
