// libedit
