-- Points an alias at what `ARGV[3]` says, if nobody has moved it since. ARGV: name, the revision that is known (0: none),
--   what it is to be, whether a rollout begins (1), entries that an audit log has at most (0: there is none), how long it is
--   kept in ms, then the fields of an entry that is written with it, if any
-- Returns {'moved'} | {'other', what it is now, or ''}
local kept = redis.call('HGET', key.aliases, ARGV[1])
if (kept and cjson.decode(kept).revision or 0) ~= tonumber(ARGV[2]) then return { 'other', kept or '' } end
redis.call('HSET', key.aliases, ARGV[1], ARGV[3])
if ARGV[4] == '1' then redis.call('DEL', key.rollout(ARGV[1])) end
if ARGV[5] ~= '0' and ARGV[7] then
  redis.call('XADD', key.audit('default'), 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 7))
  redis.call('PEXPIRE', key.audit('default'), ARGV[6])
end
return { 'moved' }
