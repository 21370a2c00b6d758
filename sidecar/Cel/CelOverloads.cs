namespace Sidecar.Cel;

/// <summary>
/// The overloads of CEL's standard library, for the type check of the parser. Source: the CEL language definition, "List of Standard
/// Definitions".
/// </summary>
internal static class CelOverloads
{
    // Types that are known when the rule is read do not mix: daprd leaves cel-go's CrossTypeNumericComparisons off. JSON numbers are dyn.
    private const string Ordered =
        "bool,bool:bool int,int:bool uint,uint:bool double,double:bool string,string:bool bytes,bytes:bool "
        + "timestamp,timestamp:bool duration,duration:bool";

    private const string StringTest = ".string,string:bool";
    private const string DateField = ".timestamp:int .timestamp,string:int";
    private const string TimeField = DateField + " .duration:int";

    // A and B are type variables, [A] is a list, {A;B} a map; a dot marks the form that is called on its first argument.
    private static readonly Dictionary<string, Overload[]> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["?:"] = "bool,A,A:A",
        ["!"] = "bool:bool",
        ["neg"] = "int:int double:double",
        ["=="] = "A,A:bool",
        ["!="] = "A,A:bool",
        ["<"] = Ordered,
        ["<="] = Ordered,
        [">"] = Ordered,
        [">="] = Ordered,
        ["+"] =
            "bytes,bytes:bytes double,double:double duration,duration:duration duration,timestamp:timestamp timestamp,duration:timestamp "
            + "int,int:int [A],[A]:[A] string,string:string uint,uint:uint",
        ["-"] =
            "double,double:double duration,duration:duration int,int:int timestamp,duration:timestamp "
            + "timestamp,timestamp:duration uint,uint:uint",
        ["*"] = "double,double:double int,int:int uint,uint:uint",
        ["/"] = "double,double:double int,int:int uint,uint:uint",
        ["%"] = "int,int:int uint,uint:uint",
        ["[]"] = "[A],int:A {A;B},A:B",
        ["in"] = "A,[A]:bool A,{A;B}:bool",
        ["size"] = "bytes:int .bytes:int [A]:int .[A]:int {A;B}:int .{A;B}:int string:int .string:int",
        ["type"] = "A:type",
        ["dyn"] = "A:dyn",
        ["bool"] = "bool:bool string:bool",
        ["bytes"] = "bytes:bytes string:bytes",
        ["double"] = "double:double int:double string:double uint:double",
        ["duration"] = "duration:duration int:duration string:duration",
        ["int"] = "int:int double:int duration:int string:int timestamp:int uint:int",
        ["string"] = "string:string bool:string bytes:string double:string duration:string int:string timestamp:string uint:string",
        ["timestamp"] = "timestamp:timestamp int:timestamp string:timestamp",
        ["uint"] = "uint:uint double:uint int:uint string:uint",
        ["contains"] = StringTest,
        ["endsWith"] = StringTest,
        ["startsWith"] = StringTest,
        ["matches"] = "string,string:bool .string,string:bool",
        ["getFullYear"] = DateField,
        ["getMonth"] = DateField,
        ["getDayOfYear"] = DateField,
        ["getDayOfMonth"] = DateField,
        ["getDate"] = DateField,
        ["getDayOfWeek"] = DateField,
        ["getHours"] = TimeField,
        ["getMinutes"] = TimeField,
        ["getSeconds"] = TimeField,
        ["getMilliseconds"] = TimeField,
    }.ToDictionary(
        function => function.Key,
        function => function.Value.Split(' ').Select(Overload.Parse).ToArray(),
        StringComparer.Ordinal
    );

    public static bool Has(string function) => All.ContainsKey(function);

    /// <summary>The type of a call; dyn if several overloads fit that differ in it. Null if none fits.</summary>
    public static CelType? Resolve(CelTypes types, string function, bool onTarget, IReadOnlyList<CelType> arguments)
    {
        CelType? result = null;
        foreach (var overload in All[function])
        {
            if (overload.OnTarget != onTarget || overload.Arguments.Length != arguments.Count)
            {
                continue;
            }
            var (a, b) = (types.NewVariable(), types.NewVariable());
            if (types.Agree([.. arguments.Zip(overload.Arguments, (given, wanted) => (given, Instantiate(wanted, a, b)))]))
            {
                var type = types.Resolve(Instantiate(overload.Result, a, b));
                result = result is null || result == type ? type : CelType.Dyn;
            }
        }
        return result;
    }

    private static CelType Instantiate(CelType type, CelType a, CelType b) =>
        type.Name switch
        {
            "A" => a,
            "B" => b,
            _ => type with
            {
                First = type.First is null ? null : Instantiate(type.First, a, b),
                Second = type.Second is null ? null : Instantiate(type.Second, a, b),
            },
        };

    private sealed record Overload(bool OnTarget, CelType[] Arguments, CelType Result)
    {
        public static Overload Parse(string text)
        {
            var parts = text.TrimStart('.').Split(':');
            return new Overload(text[0] == '.', [.. parts[0].Split(',').Select(Type)], Type(parts[1]));
        }

        private static CelType Type(string text) =>
            text[0] switch
            {
                '[' => CelType.List(Type(text[1..^1])),
                '{' when text[1..^1].Split(';') is [var key, var value] => CelType.Map(Type(key), Type(value)),
                _ => new CelType(text),
            };
    }
}
