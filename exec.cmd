@rem Scripts of package.json that pass signals on begin with `exec`, a word of POSIX shells that Windows lacks.
@%*
