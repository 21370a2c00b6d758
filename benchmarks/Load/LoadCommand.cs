using System.CommandLine;
using Load.Measuring;
using Load.Placing;
using Load.Reporting;

namespace Load;

/// <summary>
/// The command line. Exit codes: 0 every order was confirmed; 1 some were not, or the run was interrupted; 2 the arguments are wrong or the
/// system does not answer.
/// </summary>
internal static class LoadCommand
{
    private const int Wrong = 2;

    private static readonly Option<int> Orders = AtLeastOne("--orders", "The number of orders", 2000);
    private static readonly Option<int> Concurrency = AtLeastOne("--concurrency", "The number of concurrent orders", 32);
    private static readonly Option<int> Products = AtLeastOne("--products", "How many products to vary: product-1 to product-N", 10);
    private static readonly Option<string> Url = new("--url")
    {
        Description = "The gateway's address",
        DefaultValueFactory = _ => "http://localhost:8080",
    };
    private static readonly Option<string> Customer = new("--customer")
    {
        Description = "The customer id",
        DefaultValueFactory = _ => "customer-1",
    };
    private static readonly Option<string?> Saga = new("--saga") { Description = "The kind of saga; default: the system's setting" };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print one JSON object and nothing else" };

    public static RootCommand Create()
    {
        Url.Validators.Add(result =>
        {
            if (
                result.GetValueOrDefault<string>() is var text
                && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            )
            {
                result.AddError($"--url must be an http or https address, not '{text}'");
            }
        });
        Saga.AcceptOnlyFromAmong("orchestration", "choreography");
        var command = new RootCommand("Places orders through the gateway and follows each to its end.")
        {
            Orders,
            Concurrency,
            Url,
            AsJson,
            Products,
            Customer,
            Saga,
        };
        command.SetAction(
            (result, cancellation) =>
                RunAsync(
                    new LoadPlan(
                        new Uri(result.GetValue(Url)!),
                        result.GetValue(Orders),
                        result.GetValue(Concurrency),
                        result.GetValue(Products),
                        result.GetValue(Customer)!,
                        result.GetValue(Saga)
                    ),
                    result.GetValue(AsJson),
                    cancellation
                )
        );
        return command;
    }

    public static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return Wrong;
    }

    private static async Task<int> RunAsync(LoadPlan plan, bool asJson, CancellationToken cancellation)
    {
        using var orders = new OrderApi(plan.Url, plan.Concurrency);
        if (await orders.WhyUnreachableAsync(cancellation) is { } reason)
        {
            return Refuse(
                $"{plan.Url} can't be reached: {reason}; start the system (dotnet run --project sidecar) or name another address with --url"
            );
        }
        var fsync = DiskProbe.Run(Directory.GetCurrentDirectory(), TimeProvider.System);
        var run = new LoadRun(plan, orders, TimeProvider.System);
        var samples = await Progress.ShowAsync(run, plan.Orders, visible: !asJson && !Console.IsOutputRedirected, cancellation);
        var report = Report.Of(plan, samples, run.Elapsed, fsync);
        if (asJson)
        {
            report.WriteJson(Console.Out);
        }
        else
        {
            report.WriteText(Spectre.Console.AnsiConsole.Console);
        }
        return report.Confirmed == plan.Orders ? 0 : 1;
    }

    private static Option<int> AtLeastOne(string name, string description, int fallback)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && (!int.TryParse(token.Value, out var number) || number < 1))
            {
                result.AddError($"{name} must be a whole number of at least 1, not '{token.Value}'");
            }
        });
        return option;
    }
}
