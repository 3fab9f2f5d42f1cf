# NEO4J_AUTH and a mounted /conf as in the official image.
set -eu
export PATH=/opt/java/bin:$PATH NEO4J_HOME=/var/lib/neo4j NEO4J_CONF=/var/lib/neo4j/conf
cp /conf/* "$NEO4J_CONF"
chown -R neo4j:neo4j "$NEO4J_HOME/conf" /data /logs
as_neo4j="setpriv --reuid=neo4j --regid=neo4j --clear-groups --"
[ -e /data/dbms/auth.ini ] || [ -d /data/databases ] ||
  $as_neo4j java -cp "$NEO4J_HOME/lib/*" org.neo4j.cli.AdminTool dbms set-initial-password "${NEO4J_AUTH#neo4j/}"
opens=
for package in java.nio java.io sun.nio.ch java.util.concurrent; do opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"; done
exec $as_neo4j java -Xmx512m -XX:+UseSerialGC $opens -cp "$NEO4J_HOME/lib/*" org.neo4j.server.CommunityEntryPoint \
  --home-dir="$NEO4J_HOME" --config-dir="$NEO4J_CONF"
