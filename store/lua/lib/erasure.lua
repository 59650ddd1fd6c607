-- What is taken away is to leave the disk, too.

-- Something was taken away that a file on the disk may still have: since when, for the reconciler.
local function note_erasure(now) redis.call('SET', key.erased, int(now), 'NX') end
