-- uses: lists
-- Forgets an alias, if nobody has moved it since. ARGV: name, the revision that is known
-- Returns {'deleted'} | {'other', what it is now, or ''}
local kept = redis.call('HGET', key.aliases, ARGV[1])
if not kept or cjson.decode(kept).revision ~= tonumber(ARGV[2]) then return { 'other', kept or '' } end
redis.call('HDEL', key.aliases, ARGV[1])
-- Whoever still holds a revision of this one must not take it for one of the next of this name: those begin behind it.
local last = tonumber(redis.call('GET', key.alias_revision) or 0)
redis.call('SET', key.alias_revision, int(math.max(last, tonumber(ARGV[2]))))
redis.call('DEL', key.rollout(ARGV[1]))
announce_list('*', 'models')
return { 'deleted' }
