// Constants of the specification. Written by js/constants.py; do not edit.

export const ADAPTIVE_FIRST_ROUND = 4;
export const ADAPTIVE_INCREMENT = 32;

export const AURALITE_MODEL_ID_SIZE = 8;

export const BRIO_VERSION = 1;
export const BRIO_HEADER_SIZE = 527;
export const BRIO_MAX_METADATA = 65535;
export const BRIO_TOKENS_PER_PAYLOAD_BYTE = 87;

export const BRIO2_VERSION = 2;
export const BRIO2_MAX_LENGTH = 67108864;
export const BRIO2_SYMBOLS_PER_BYTE = 1024;
export const BRIO2_MIN_LANES = 4;
export const BRIO2_DIRECT = 16;
export const BRIO2_NUMBERS = 64;
export const BRIO2_MIN_MATCH = 3;

export const CHAR_RUNS_MAX_LENGTH = 40;
export const CHAR_RUNS_STATES = 201;

export const CONTEXT_MODEL_END = 256;
export const CONTEXT_MODEL_SYMBOLS = 257;
export const CONTEXT_MODEL_CODES = 64;
export const CONTEXT_MODEL_TOTAL_OF_ONE = 4096;
export const CONTEXT_MODEL_MAX_ORDER = 32;

export const CHUNKED_VERSION = 1;
export const CHUNKED_HAS_INDEX = 1;
export const CHUNKED_MIN_WINDOW_BITS = 10;
export const CHUNKED_MAX_WINDOW_BITS = 18;
export const CHUNKED_MAX_BLOCK = 262144;
export const CHUNKED_BLOCK = 65536;
export const CHUNKED_MAX_INDEX = 1048576;
export const CHUNKED_MIN_BLOCK = 7;
export const CHUNKED_MIN_END = 6;
export const CHUNKED_FRAME_BIT = 128;
export const CHUNKED_HEADER_SIZE = 7;
export const CHUNKED_TRAILER_SIZE = 12;

export const EVENT_STREAM_MAX_RECORD = 67108864;
export const EVENT_STREAM_MAX_PART = 65536;
export const EVENT_STREAM_MARGIN = 64;

export const FUZZY_START = 16777216;
export const FUZZY_END = 4294967296;

export const INTERLEAVED_RANS_TOTAL = 4096;
export const INTERLEAVED_RANS_SCALE_BITS = 12;
export const INTERLEAVED_RANS_LOWER_BOUND = 65536;
export const INTERLEAVED_RANS_MAX_LANES_EXPONENT = 11;

export const LIMITS_DEFAULT_MAX_SIZE = 67108864;
export const LIMITS_MAX_PATTERN = 4096;
export const LIMITS_MAX_SLOTS = 255;
export const LIMITS_MAX_TEMPLATE_ID = 4294967295;
export const LIMITS_MAX_MODELLED = 1048576;
export const LIMITS_MAX_ADAPTIVE = 65536;
export const LIMITS_MAX_WINDOW = 8388608;

export const LOCAL_MODEL_WORD = 256;
export const LOCAL_MODEL_HASH_MULTIPLIER = 2654435761;
export const LOCAL_MODEL_HASH_MULTIPLIER_2 = 2246822507;
export const LOCAL_MODEL_SLOT_BITS = 12;
export const LOCAL_MODEL_MAX_RUN = 3;
export const LOCAL_MODEL_MIN_MATCH = 5;
export const LOCAL_MODEL_MAX_MATCH_LENGTH = 32;
export const LOCAL_MODEL_FIELDS = 256;
export const LOCAL_MODEL_MAX_DIGITS = 17;
export const LOCAL_MODEL_MAX_CONFIDENCE = 7;
export const LOCAL_MODEL_MAX_TRIED = 4;
export const LOCAL_MODEL_MIN_TRIED = 1000;
export const LOCAL_MODEL_MAX_MISSES = 3;

export const LZ77_MIN_LENGTH = 4;
export const LZ77_MAX_LENGTH = 255;
export const LZ77_WINDOW = 32768;

export const MATCH_SLOTS = 16384;
export const MATCH_SLOT_SHIFT = 18;
export const MATCH_MULTIPLIER = 2654435761;
export const MATCH_MIN_LENGTH = 4;
export const MATCH_MAX_LENGTH = 32;
export const MATCH_PROBABILITY_CLASSES = 12;
export const MATCH_MISS_CLASSES = 3;
export const MATCH_HITS = 324;
export const MATCH_TOTAL = 4096;

export const MIXER_PROB_ONE = 65536;
export const MIXER_MIN_PROBABILITY = 16;
export const MIXER_MIN_ERROR = 2048;
export const MIXER_LONG_LEVEL = 3;
export const MIXER_MAX_LEFT = 7;
export const MIXER_MAX_SINCE = 15;
export const MIXER_LIMIT = 2304;

export const MODEL_VERSION = 1;
export const MODEL_TRIE = 1;
export const MODEL_MATCH = 2;
export const MODEL_PREFIX = 3;
export const MODEL_TEMPLATES = 4;
export const MODEL_DICTIONARY = 5;
export const MODEL_CHAR_RUNS = 6;
export const MODEL_METADATA = 128;
export const MODEL_FIRST_OPTIONAL = 128;
export const MODEL_MAX_FILE = 67108864;
export const MODEL_MAX_TEMPLATES = 4096;
export const MODEL_MAX_TEMPLATES_SIZE = 1048576;
export const MODEL_MAX_METADATA = 16384;

export const MODELLED_STOP_SIZE = 2;

export const PARSE_EXTENSION = 8;
export const PARSE_MAX_CANDIDATE = 255;
export const PARSE_BLOCK = 128;
export const PARSE_OVERLAP = 32;
export const PARSE_LONG = 64;
export const PARSE_AVERAGE = 10;
export const PARSE_ADVANTAGE = 3;
export const PARSE_TIMES = 2;

export const PREFIX_LENGTH = 24;
export const PREFIX_HITS = 36;
export const PREFIX_MAX_SIZE = 1048576;

export const RANGE_CODER_START = 2147483648;
export const RANGE_CODER_END = 4294967296;
export const RANGE_CODER_ADAPTIVE_START = 268435456;
export const RANGE_CODER_ADAPTIVE_END = 536870912;
export const RANGE_CODER_LOWER_BOUND = 16777216;
export const RANGE_CODER_MAX_OMITTED = 8;

export const RANS_TOTAL = 4096;
export const RANS_SCALE_BITS = 12;
export const RANS_LOWER_BOUND = 1048576;
export const RANS_UPPER_BOUND = 268435456;
export const RANS_STATE_BYTES = 5;
export const RANS_SYMBOLS = 256;

export const SESSION_TEXT = 125;
export const SESSION_BINARY = 126;
export const SESSION_CONTROL = 127;
export const SESSION_MAX_CHUNK = 16384;
export const SESSION_MARGIN = 64;
export const SESSION_COUNTERS = 65536;
export const SESSION_CRC_SIZE = 4;

export const SESSION_NEGOTIATION_VERSION = 1;
export const SESSION_NEGOTIATION_MAX_MODELS = 32;
export const SESSION_NEGOTIATION_MAX_SIZE = 2147483647;
export const SESSION_NEGOTIATION_COMPACT = 32768;
export const SESSION_NEGOTIATION_ADAPTIVE = 16384;
export const SESSION_NEGOTIATION_LONG_CHECK_BIT = 128;
export const SESSION_NEGOTIATION_ALL_CODINGS = 135;
export const SESSION_NEGOTIATION_CHECK_OF_ALL = 16;

export const SLOT_MAX_SCALE = 18;
export const SLOT_MAX_FRACTION_DIGITS = 9;
export const SLOT_IPV6_FORMS = 7;
export const SLOT_MIN_IPV6 = 15;
export const SLOT_MAX_SECONDS = 549755813887;

export const STREAM_HEAD_BYTE = 0;
export const STREAM_MAX_STRING = 65536;
export const STREAM_START = 16777216;
export const STREAM_SAME_KIND = 65280;
export const STREAM_COUNTERS = 65536;
export const STREAM_LATEST = 32767;
export const STREAM_LONG_CHECK = 32;
export const STREAM_BEYOND = 2;
export const STREAM_SLOT_BITS = 10;
export const STREAM_LARGE_SLOT_BITS = 11;
export const STREAM_LARGE_MEMORY = 65536;
export const STREAM_SLOT_SIZE = 18;
export const STREAM_STATE_SIZE = 7168;
export const STREAM_MIN_MEMORY = 26624;
export const STREAM_MAX_MEMORY = 109568;
export const STREAM_DEFAULT_CHECK = 8;
export const STREAM_DEFAULT_MEMORY = 32768;

export const TAG_SIZE = 2;

export const TEMPLATE_FIRST_APPLICATION_ID = 256;

export const TRIE_MAX_ENTRIES = 8388608;
export const TRIE_MAX_TABLE_BYTES = 845376;

export const UNIT_TIERS = 10;
export const UNIT_BUCKETS = 16;
export const UNIT_PHRASES = 16368;
export const UNIT_SYMBOLS = 416;
export const UNIT_MAX_UNIT = 8;
export const UNIT_UNIT_CONTEXTS = 16;

export const MARKER_CLASSIC = 0;
export const MARKER_BROTLI = 1;
export const MARKER_BRIO = 2;
export const MARKER_AURALITE_EXPLICIT = 3;
export const MARKER_ZSTANDARD = 4;
export const MARKER_ZSTANDARD_DICTIONARY = 5;
export const MARKER_TYPED = 6;
export const MARKER_STORED = 7;
export const MARKER_MODELLED = 8;
export const MARKER_ADAPTIVE_EXPLICIT = 9;
export const MARKER_FUZZY = 10;

export const LOCAL_MODEL_RELATION_EQUAL = 0;
export const LOCAL_MODEL_RELATION_GREATER = 1;
export const LOCAL_MODEL_RELATION_LESS = 2;
export const LOCAL_MODEL_RELATION_LONGER = 3;
export const LOCAL_MODEL_RELATION_NONE = 4;

export const STREAM_FLAG_RESET = 1;
export const STREAM_FLAG_ASK = 2;
export const STREAM_FLAG_MESSAGE = 4;
export const STREAM_FLAG_TEXT = 8;

export const SESSION_KIND_HELLO = 1;
export const SESSION_KIND_USE = 2;
export const SESSION_KIND_HAVE = 3;
export const SESSION_KIND_REQUEST = 4;
export const SESSION_KIND_OFFER = 5;
export const SESSION_KIND_CHUNK = 6;

export const SESSION_NEGOTIATION_CODING_SINGLE = 0;
export const SESSION_NEGOTIATION_CODING_STREAM = 1;
export const SESSION_NEGOTIATION_CODING_TAGGED = 2;

export const BRIO2_RECENT: readonly number[] = [
  1, 2, 4,
];

export const BRIO2_NEAR: readonly number[] = [
  3, 31, 41,
];

export const CONTEXT_MODEL_FREQUENCIES: readonly number[] = [
  8192, 6888, 5792, 4870, 4096, 3444, 2896, 2435, 2048, 1722, 1448, 1217, 1024, 861, 724, 608, 512, 430, 362,
  304, 256, 215, 181, 152, 128, 107, 90, 76, 64, 53, 45, 38, 32, 26, 22, 19, 16, 13, 11, 9, 8, 6, 5, 4, 4, 3,
  2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
];

export const CONTEXT_MODEL_ESCAPES: readonly number[] = [
  3723, 3664, 3598, 3522, 3437, 3342, 3237, 3122, 2996, 2860, 2716, 2563, 2405, 2241, 2075, 1909, 1745, 1584,
  1430, 1282, 1144, 1015, 896, 787, 689, 601, 522, 452, 391, 337, 290, 249, 214, 183, 156, 134, 114, 97, 83,
  71, 60, 51, 43, 37, 31, 27, 23, 19, 16, 14, 12, 10, 8, 7, 6, 5, 4, 3, 3, 2, 2, 2, 1, 1,
];

export const LOCAL_MODEL_LENGTH_STEPS: readonly number[] = [
  6, 7, 8, 10, 12, 16, 20, 24, 28, 32,
];

export const MATCH_LENGTH_STEPS: readonly number[] = [
  5, 6, 7, 9, 12, 16, 24, 32,
];

export const MATCH_PROBABILITY_STEPS: readonly number[] = [
  20, 100, 300, 600, 800, 900, 950, 980, 990, 996,
];

export const MIXER_SHARE_STEPS: readonly number[] = [
  512, 8192,
];

export const MIXER_KNOTS: readonly number[] = [
  8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793,
  47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
  65523, 65528,
];

export const MIXER_WEIGHTS: readonly number[] = [
  39, 39, 62, 26, 23, 57, 15, 18, 56, 56, 58, 87, 31, 29, 58, 25, 20, 43, 16, 13, 55, 32, 27, 36, 42, 43, 64,
  24, 31, 53, 19, 21, 55, 32, 33, 66, 42, 30, 52, 27, 34, 67, 24, 34, 52, 30, 27, 38,
];

export const MIXER_SET_BIASES: readonly number[] = [
  -73, -50, 129, -28, -133, 89, -29, 10, 139, 5, 5, 41, 21, -136, 42, 27, 15, 15, 37, -44, 108, 25, 5, -37,
  13, -2, 202, 25, 35, -10, 27, 46, 35, -33, -78, 131, 16, -146, 13, 26, 28, -16, 25, 5, -27, 14, -39, 12,
];

export const MIXER_CONTEXT_BIASES: readonly number[] = [
  116, -66, 256, 3, 440, 68, 0, 74, 0, 98, 0, 70, -22, -51, -9, -61, 0, -27, 11, -120, 98, -108, 312, -93, 0,
  -40, 0, -25, 0, 17, -15, -51, -21, -41, -125, -46, 133, -5, 358, 94, 740, 235, 0, 35, 0, 66, 0, 90, -8, -28,
  -88, -23, -391, -87, 118, 16, 191, 47, 292, 84, 0, 68, 0, 79, 0, 72, -49, -23, -94, -34, -160, -38,
];

export const MIXER_MATCH_BIASES: readonly number[] = [
  7, -1, -5, -11, -7, -6, 2, 21, 55, -8, 5, -18, -6, 27, 69, -18, -1, 4, 85, 77, 63, 123,
];

export const MIXER_NUMBER_BIASES: readonly number[] = [
  0, -7, -3, -5, -1, 0, 2, -5, -66, 99, 67, 38, 29, 25, 28, 248,
];

export const MIXER_FIELD_BIASES: readonly number[] = [
  -18, 0, 0, 0, 0, 0, 0, 0, 140, 0, 0, 0, 0, 0, 0, 0, 0, -14, 56, -33, 8, 47, 71, -16, 0, 43, 37, -2, 87, 79,
  -3, 97, 0, 103, 65, 37, -8, 36, -5, -21, 0, -34, -18, -50, -51, -26, -22, -18, 0, -91, -25, -15, -27, -28,
  -33, -12, 377, -50, -140, -65, -30, -12, -1, -15, -126, -60, -47, -28, -12, -9, 16, 16, 278, -149, -130,
  -69, -35, -8, -6, -15, -82, -51, -56, -45, -25, 14, -1, -7, 20, 0, 0, 0, 0, 0, 0, 0, -25, 0, 0, 0, 0, 0, 0,
  0,
];

export const MIXER_MISS_BIASES: readonly number[] = [
  -22, -3, 76, 154, 265, 36, 92, 86, 46, 140, -91, -60, -34, 14, 63, -32, -19, -28, 20, 19, -106, -84, -32,
  66, 3, -4, -29, 22, 11, 0, -118, -84, -10, 62, 23, 2, 14, 21, 3, 5,
];

export const MIXER_LENGTH_BIASES: readonly number[] = [
  23, -19, -96, 1, -40, 17, -23, 13, 212, -109, 10, 10, 76, 208, -61, 31, 46, 84, 216, -54, 37, 23, 54, 68,
  -74, 59, 32, 10, -5, -78, 91, 35, 0, 94, -57, -36, 3, 0, 31, -41, 12, -22, -2, 35, -74, -12, -26, 41, 25,
  -34, 19, -26, 17, -22, -94, -33, 13, 31, 1, -56, 77, -20, 78, 24, -85, -6, -16, 62, -3, -32, -14, 36, 49, 9,
  -88, -41, -55, 58, -35, -97,
];

export const TRIE_FAMILIES: readonly number[] = [
  10, 200, 488, 1254, 520, 792,
];

export const TRIE_SIZE_BOUNDS: readonly number[] = [
  2, 3, 4, 6, 9, 14, 24, 50, 120,
];

/** What a slot of each type matches, as expressions over bytes (rule TPL-7). */
export const TEMPLATE_CHARACTERS = {
  word: "[^\\t-\\r ]+",
  int: "-?[0-9]+",
  decimal: "-?[0-9]+(?:\\.[0-9]+)?",
  hex: "[0-9A-Fa-f]+",
  uuid: "[0-9A-Fa-f-]{36}",
  ipv4: "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}",
  ipv6: "[0-9A-Fa-f:.]{2,39}",
  timestamp: "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?)?",
} as const;

/** The built-in templates by id (rule TPL-9). */
export const BUILTIN_PATTERNS: Readonly<Record<number, string>> = {
  0: "Yes",
  1: "No",
  2: "Yes.",
  3: "No.",
  4: "yes",
  5: "Okay",
  6: "Thanks!",
  7: "Thank you.",
  8: "I don't know.",
  9: "That's correct.",
  10: "Yes, that's right.",
  11: "Maybe",
  12: "Sure!",
  13: "You're welcome!",
  14: "Have a great day!",
  15: "I'm not sure.",
  16: "Sounds good.",
  17: "No, thank you.",
  18: "Done.",
  19: "Hello! How can I help you today?",
  20: "I don't have access to {0}.",
  21: "I can help you with {0}.",
  22: "I'm not able to {0}, but I can {1}.",
  23: "Unfortunately, I can't {0}.",
  24: "{0} is a {1}.",
  25: "{0} is an {1}.",
  26: "{0} is the {1} of {2}.",
  27: "{0} means {1}.",
  28: "What is {0}?",
  29: "How do I {0}?",
  30: "How can I {0}?",
  31: "Can I {0}?",
  32: "Can you {0}?",
  33: "Could you please {0}?",
  34: "Do you {0}?",
  35: "Would you like {0}?",
  36: "What is the difference between {0} and {1}?",
  37: "Please {0}.",
  38: "I'd like {0}.",
  39: "I would like to {0}.",
  40: "I want to {0}.",
  41: "I recommend {0}.",
  42: "You should {0}.",
  43: "You are a {0}.",
  44: "Write a {0} that {1}.",
  45: "{0} because {1}.",
  46: "If {0}, {1}.",
  47: "The {0} is {1}.",
  48: "For example, {0}.",
  49: "```{0}\n{1}\n```",
  50: "{0}\n\n```{1}\n{2}\n```",
  51: "{0}\n\n```{1}\n{2}\n```\n\n{3}",
  52: "- {0}\n- {1}",
  53: "1. {0}\n2. {1}\n3. {2}",
  54: "{0}:\n\n- {1}\n- {2}\n- {3}",
  55: "{0}:\n\n1. {1}\n2. {2}\n3. {3}",
  56: "Is there anything else I can help you with?",
  57: "Can I help you with {0}?",
  58: "Would you like me to {0}?",
  59: "Let me know if {0}.",
  60: "I'm sorry, but {0}.",
  61: "Sorry, {0}.",
  62: "Thank you for {0}.",
  63: "Let me {0}.",
  64: "Based on {0}, {1}.",
  65: "In summary, {0}.",
  66: "Thought: {0}\nAction: {1}",
  67: "<think>\n{0}\n</think>\n\n{1}",
  68: "User {0} authenticated successfully",
  69: "Cache hit for key: {0}",
  70: "Cache miss for key: {0}",
  71: "API rate limit: {0}/{1} requests",
  72: "Request {id:uuid} completed in {ms:int}ms",
  73: "{{\"success\":true}}",
  74: "{{\"{0}\":\"{1}\"}}",
  75: "{{\"{0}\": \"{1}\"}}",
  76: "{{\"error\":{{\"code\":{code:int},\"message\":\"{message}\"}}}}",
  77: "Service {0} is {1}",
  78: "Deployment {0} started at {1:timestamp}",
  79: "Deployment {0} finished in {1:decimal}s",
  80: "Health check {status:passed|failed} for {service}",
  81: "Build #{number:int} {status:passed|failed|cancelled} at commit {sha:hex}",
  82: "Node {node} ({address:ipv6}) {change:joined|left} the cluster",
  83: "Connection from {address:ipv4}:{port:int} {change:opened|closed}",
  84: "Retry {0}/{1} failed: {2}",
  85: "Timeout after {0:int}ms for {1}",
  86: "Error: {0}",
  87: "{0:word}Error: {1}",
  88: "Failed to {0}: {1}",
  89: "Connection to {host}:{port:int} refused",
  90: "{time:timestamp} {level:DEBUG|INFO|WARN|ERROR} {message}",
  91: "{time:timestamp} {level:DEBUG|INFO|WARN|ERROR} [{thread}] {logger:word}: {message}",
  92: "{time:timestamp} - {logger} - {level:DEBUG|INFO|WARNING|ERROR|CRITICAL} - {message}",
  93: "[{time:timestamp}] [{level:debug|info|notice|warn|error}] {message}",
  94: "{time:timestamp} {host:word} {process}[{pid:int}]: {message}",
  95: "time=\"{time:timestamp}\" level={level:debug|info|warning|error} msg=\"{message}\"",
  96: "{{\"level\":\"{level:debug|info|warn|error}\",\"time\":\"{time:timestamp}\",\"msg\":\"{message}\"}}",
  97: "{{\"timestamp\":\"{time:timestamp}\",\"level\":\"{level:DEBUG|INFO|WARN|ERROR}\",\"message\":\"{message}\"}}",
  98: "{address:ipv4} - - [{time}] \"{method:GET|POST|PUT|PATCH|DELETE|HEAD} {path} HTTP/1.1\" {status:int} {bytes:int}",
  99: "{address:ipv4} - - [{time}] \"{method:GET|POST|PUT|PATCH|DELETE|HEAD} {path} HTTP/1.1\" {status:int} {bytes:int} \"{referer}\" \"{agent}\"",
  100: "{{\"name\":\"{name}\",\"arguments\":{arguments}}}",
  101: "[{{\"name\":\"{name}\",\"arguments\":{arguments}}}]",
  102: "{{\"id\":\"{id}\",\"type\":\"function\",\"function\":{{\"name\":\"{name}\",\"arguments\":\"{arguments}\"}}}}",
  103: "{{\"role\":\"{role:system|user|assistant|tool}\",\"content\":\"{content}\"}}",
  104: "{{\"role\":\"tool\",\"tool_call_id\":\"{id}\",\"content\":\"{content}\"}}",
  105: "{{\"jsonrpc\":\"2.0\",\"id\":{id:int},\"method\":\"{method}\",\"params\":{params}}}",
  106: "{{\"jsonrpc\":\"2.0\",\"id\":{id:int},\"result\":{result}}}",
  107: "{{\"jsonrpc\":\"2.0\",\"id\":{id:int},\"error\":{{\"code\":{code:int},\"message\":\"{message}\"}}}}",
  108: "{{\"jsonrpc\":\"2.0\",\"method\":\"{method}\",\"params\":{params}}}",
  109: "{{\"method\":\"{method}\",\"params\":{params},\"id\":{id}}}",
  110: "[DONE]",
  111: "data: {0}\n\n",
  112: "event: {0}\ndata: {1}\n\n",
  113: "{{\"type\":\"content_block_delta\",\"index\":{index:int},\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}",
  114: "{{\"type\":\"content_block_delta\",\"index\":{index:int},\"delta\":{delta}}}",
  115: "{{\"type\":\"content_block_stop\",\"index\":{index:int}}}",
  116: "{{\"type\":\"{type}\",\"event_id\":\"{event}\",\"response_id\":\"{response}\",\"item_id\":\"{item}\",\"output_index\":{output:int},\"content_index\":{content:int},\"delta\":\"{delta}\"}}",
  117: "{{\"type\":\"{type}\",\"content_index\":{content:int},\"delta\":\"{delta}\",\"item_id\":\"{item}\",\"logprobs\":[],\"obfuscation\":\"{pad}\",\"output_index\":{output:int},\"sequence_number\":{sequence:int}}}",
  118: "{{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created:int},\"model\":\"{model}\",\"system_fingerprint\":{fingerprint},\"choices\":[{{\"index\":{index:int},\"delta\":{{\"content\":\"{content}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}",
  119: "{{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created:int},\"model\":\"{model}\",\"choices\":[{{\"index\":{index:int},\"delta\":{delta},\"finish_reason\":{reason}}}]}}",
  120: "{{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created:int},\"model\":\"{model}\",{fields},\"choices\":[{{\"index\":{index:int},\"delta\":{delta}}}],{rest}}}",
  121: "{{\"id\":\"{id}\",\"object\":\"text_completion\",\"created\":{created:int},\"model\":\"{model}\",\"choices\":[{{\"index\":{index:int},\"text\":\"{text}\",\"logprobs\":null,\"finish_reason\":{reason}}}]}}",
  122: "{{\"stream\":\"{stream}\",\"data\":{data}}}",
  123: "Order #{order_id} has been {status}.",
  124: "Payment of {amount:decimal} {currency:word} was {status:accepted|declined|refunded}.",
  125: "Your booking {0} is confirmed.",
  126: "Your order will be {0}.",
  127: "Your verification code is {code:int}.",
};
