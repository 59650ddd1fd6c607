-- uses: audit, lists
-- Points an alias at what `ARGV[3]` says, if nobody has moved it since. ARGV: name, the revision that is known (0: none),
--   what it is to be, whether a rollout begins (1), then what is written into the audit log with it (`note_in_audit`)
-- Returns {'moved'} | {'other', what it is now, or ''} | {'behind', the revision that a new one has to be beyond}
local kept = redis.call('HGET', key.aliases, ARGV[1])
if (kept and cjson.decode(kept).revision or 0) ~= tonumber(ARGV[2]) then return { 'other', kept or '' } end
local last = not kept and tonumber(redis.call('GET', key.alias_revision) or 0)
if last and cjson.decode(ARGV[3]).revision <= last then return { 'behind', last } end
redis.call('HSET', key.aliases, ARGV[1], ARGV[3])
if ARGV[4] == '1' then redis.call('DEL', key.rollout(ARGV[1])) end
note_in_audit('default', ARGV, 5)
announce_list('*', 'models')
return { 'moved' }
