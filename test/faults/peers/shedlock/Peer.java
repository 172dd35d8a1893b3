import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.dynamodb2.DynamoDBLockProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** One process that takes and frees locks of ShedLock as it is told to, line by line: `lock NAME MS`, `unlock N`. */
public class Peer {
  public static void main(String[] args) throws Exception {
    DynamoDbClient client = DynamoDbClient.builder()
        .endpointOverride(URI.create(args[0]))
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .build();
    LockProvider provider = new DynamoDBLockProvider(client, args[1]);
    List<SimpleLock> locks = new ArrayList<>();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("ready");
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(answer(line.split(" "), provider, locks));
    }
  }

  private static String answer(String[] words, LockProvider provider, List<SimpleLock> locks) {
    try {
      if (words[0].equals("unlock")) {
        locks.get(Integer.parseInt(words[1])).unlock();
        return "unlocked";
      }
      Duration atMost = Duration.ofMillis(Long.parseLong(words[2]));
      Optional<SimpleLock> lock = provider.lock(new LockConfiguration(Instant.now(), words[1], atMost, Duration.ZERO));
      if (lock.isEmpty()) return "refused";
      locks.add(lock.get());
      return "locked " + (locks.size() - 1);
    } catch (RuntimeException error) {
      return "failed " + error;
    }
  }
}
