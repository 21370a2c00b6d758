using System.Text.Json;
using Orders.Cancelling;
using Orders.Ordering;
using Orders.Saga;
using Orders.Streams;
using ServiceDefaults;

namespace Orders.Tests.Ordering;

/// <summary>What is stored or sent outlives the code that wrote it: these texts are never edited, only added to.</summary>
public sealed class StoredFormatTests
{
    private const string CreatedJson =
        """{"type":"order.created","customerId":"customer-1","items":[{"productId":"product-1","quantity":2,"unitPrice":500}],"total":1000,"currency":"EUR","saga":"orchestration"}""";
    private const string ConfirmedJson =
        """{"type":"order.confirmed","steps":[{"name":"create-order","state":"done","at":"2026-01-02T03:04:05+00:00"}]}""";
    private const string CancelledJson =
        """{"type":"order.cancelled","reason":"out of stock","steps":[{"name":"create-order","state":"compensated","at":"2026-01-02T03:04:05+00:00"},{"name":"reserve-inventory","state":"failed","at":"2026-01-02T03:04:05+00:00","error":"out of stock"},{"name":"process-payment","state":"pending"},{"name":"arrange-shipment","state":"intervention"}]}""";

    private const string InputJson =
        """{"orderId":"o1","customerId":"customer-1","items":[{"productId":"product-1","quantity":2,"unitPrice":500}],"total":1000,"currency":"EUR","paymentToken":"tok_ok","destination":{"name":"Ada","line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"},"placedAt":"2026-01-02T03:04:05+00:00","requestHash":"abc","retries":{"stepAttempts":3,"compensationAttempts":5,"firstPause":"00:00:02","longestPause":"00:00:10"}}""";

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly OrderCreated Created = new("customer-1", [new OrderLine("product-1", 2, 500)], 1000, "EUR", "orchestration");
    private static readonly OrderConfirmed Confirmed = new([new SagaStep("create-order", StepState.Done, At)]);

    private static readonly OrderCancelled Cancelled = new(
        "out of stock",
        [
            new SagaStep("create-order", StepState.Compensated, At),
            new SagaStep("reserve-inventory", StepState.Failed, At, "out of stock"),
            new SagaStep("process-payment", StepState.Pending),
            new SagaStep("arrange-shipment", StepState.Intervention),
        ]
    );

    [Fact]
    public void Every_event_of_an_order_keeps_its_text()
    {
        Assert.Equal(CreatedJson, Write<OrderEvent>(Created));
        Assert.Equal(ConfirmedJson, Write<OrderEvent>(Confirmed));
        Assert.Equal(CancelledJson, Write<OrderEvent>(Cancelled));
    }

    [Fact]
    public void A_stream_keeps_its_text_and_loads_again()
    {
        var stream = new OrderStream(2, [new StoredEvent("o1:1", 1, At, Created), new StoredEvent("o1:2", 2, At, Confirmed)]);
        const string json =
            $$"""{"version":2,"events":[{"eventId":"o1:1","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","event":{{CreatedJson}}},{"eventId":"o1:2","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","event":{{ConfirmedJson}}}]}""";

        Assert.Equal(json, Write(stream));
        Assert.Equal(json, Write(Read<OrderStream>(json)));
        Assert.Equal(OrderStatus.Confirmed, Read<OrderStream>(json).Fold()!.Status);
    }

    [Theory]
    [InlineData(CreatedJson)]
    [InlineData(ConfirmedJson)]
    [InlineData(CancelledJson)]
    public void Every_event_of_an_order_loads_as_it_was_written(string json) => Assert.Equal(json, Write(Read<OrderEvent>(json)));

    [Fact]
    public void A_store_may_reorder_fields_even_the_type_to_the_last()
    {
        const string reordered =
            """{"saga":"orchestration","currency":"EUR","total":1000,"items":[{"unitPrice":500,"quantity":2,"productId":"product-1"}],"customerId":"customer-1","type":"order.created"}""";

        Assert.Equal(CreatedJson, Write(Read<OrderEvent>(reordered)));
    }

    [Fact]
    public void Fields_that_were_added_later_do_not_stop_older_code() =>
        Assert.IsType<OrderConfirmed>(Read<OrderEvent>("""{"type":"order.confirmed","steps":[],"addedLater":{"a":1}}"""));

    [Fact]
    public void Reading_an_unknown_event_type_throws() =>
        Assert.Throws<JsonException>(() => Read<OrderEvent>("""{"type":"order.teleported"}"""));

    [Fact]
    public void States_are_words_never_numbers() =>
        Assert.Throws<JsonException>(() => Read<SagaStep>("""{"name":"create-order","state":1}"""));

    [Fact]
    public void Published_events_keep_their_text_without_null_fields()
    {
        Assert.Equal(
            """{"eventId":"o1:2","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1"}""",
            Write(PublishedOrderEvent.Of("o1", new StoredEvent("o1:2", 2, At, Confirmed)))
        );
        Assert.Equal(
            """{"eventId":"o1:2","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","orderId":"o1","reason":"out of stock"}""",
            Write(PublishedOrderEvent.Of("o1", new StoredEvent("o1:2", 2, At, Cancelled)))
        );
    }

    [Fact]
    public void Events_are_called_in_memory_as_they_are_stored() =>
        Assert.All<OrderEvent>([Created, Confirmed, Cancelled], @event =>
            Assert.StartsWith($$"""{"type":"{{@event.Name}}",""", Write(@event), StringComparison.Ordinal)
        );

    [Fact]
    public void An_event_of_the_first_schema_still_loads_and_is_lifted()
    {
        var stored = Read<StoredEvent>(
            $$"""{"eventId":"o1:1","version":1,"occurredAt":"2026-01-02T03:04:05+00:00","event":{{CreatedJson}}}"""
        );

        Assert.Null(stored.Schema);
        Assert.Equal("customer-1", Assert.IsType<OrderCreated>(stored.Upcast()).CustomerName);
        Assert.Equal("customer-1", new OrderStream(1, [stored]).Fold()!.CustomerName);
    }

    [Fact]
    public void Upcasting_leaves_an_event_of_the_present_schema_unchanged()
    {
        var created = Created with { CustomerName = "Ada" };
        var stored = new StoredEvent("o1:1", 1, At, created, created.Schema);

        Assert.Equal(2, stored.Schema);
        Assert.EndsWith("""saga":"orchestration","customerName":"Ada"},"schema":2}""", Write(stored), StringComparison.Ordinal);
        Assert.Same(created, stored.Upcast());
    }

    [Theory]
    [InlineData("""{"type":"order.approval-requested","limit":500,"until":"2026-01-02T03:04:05+00:00","steps":[]}""")]
    [InlineData("""{"type":"order.approved","operator":"eve","note":"fine"}""")]
    [InlineData("""{"type":"order.rejected"}""")]
    [InlineData("""{"type":"order.payment-requested","steps":[{"name":"create-order","state":"done"}],"round":1}""")]
    [InlineData("""{"type":"order.shipment-requested","steps":[],"round":1}""")]
    [InlineData("""{"type":"order.shipment-cancellation-requested","steps":[],"reason":"changed my mind","round":1}""")]
    [InlineData("""{"type":"order.refund-requested","steps":[],"reason":"changed my mind","round":2}""")]
    [InlineData("""{"type":"order.release-requested","steps":[],"reason":"declined","round":1}""")]
    [InlineData("""{"type":"order.cancellation-requested","by":"customer","reason":"changed my mind"}""")]
    [InlineData("""{"type":"order.cancellation-refused","reason":"gone"}""")]
    [InlineData(
        """{"type":"order.intervention-required","number":1,"step":"process-payment","error":"away","attempts":5,"instance":"o1","since":"2026-01-02T03:04:05+00:00","steps":[]}"""
    )]
    [InlineData(
        """{"type":"order.intervention-decided","number":1,"decision":"resolved","note":"by hand","operator":"eve","at":"2026-01-02T03:04:05+00:00"}"""
    )]
    [InlineData("""{"type":"order.shipped","tracking":"TRK-1"}""")]
    [InlineData("""{"type":"order.delivered"}""")]
    public void Events_that_came_later_keep_their_text_too(string json)
    {
        var @event = Read<OrderEvent>(json);

        Assert.Equal(json, Write(@event));
        Assert.Contains($"\"type\":\"{@event.Name}\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_with_snapshot_and_brief_keeps_its_text()
    {
        const string json =
            """{"version":2,"events":[],"snapshot":{"version":2,"createdAt":"2026-01-02T03:04:05+00:00","order":{"customerId":"customer-1","status":"confirmed","saga":"orchestration","items":[{"productId":"product-1","quantity":2,"unitPrice":500}],"total":1000,"currency":"EUR","steps":[{"name":"create-order","state":"done","at":"2026-01-02T03:04:05+00:00"}],"customerName":"customer-1","phase":"fulfilled","round":0,"interventions":[]}},"brief":{"paymentToken":"tok_ok","destination":{"name":"Ada","line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"}}}""";
        var order = new OrderStream(2, [new StoredEvent("o1:1", 1, At, Created), new StoredEvent("o1:2", 2, At, Confirmed)]).Fold()!;
        var stream = new OrderStream(2, [])
        {
            Snapshot = new OrderSnapshot(2, At, order),
            Brief = new OrderBrief("tok_ok", new Destination("Ada", "Main St 1", "Graz", "8010", "AT")),
        };

        Assert.Equal(json, Write(stream));
        Assert.Equal(json, Write(Read<OrderStream>(json)));
    }

    [Fact]
    public void The_input_of_the_saga_keeps_its_text()
    {
        var input = new PlacedOrder(
            "o1",
            "customer-1",
            Created.Items,
            1000,
            "EUR",
            "tok_ok",
            new Destination("Ada", "Main St 1", "Graz", "8010", "AT"),
            At,
            "abc",
            new SagaRetries(3, 5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10))
        );

        Assert.Equal(InputJson, Write(input));
        Assert.Equal(InputJson, Write(Read<PlacedOrder>(InputJson)));
    }

    [Fact]
    public void The_input_of_the_cancelling_saga_keeps_its_text_and_that_of_earlier_versions_is_upcast()
    {
        var input = new CancelSagaInput("o1", Read<PlacedOrder>(InputJson).Retries, "changed my mind", [])
        {
            ReasonCode = "cancelled-by-customer",
        };

        Assert.Equal(
            """{"orderId":"o1","retries":{"stepAttempts":3,"compensationAttempts":5,"firstPause":"00:00:02","longestPause":"00:00:10"},"reason":"changed my mind","steps":[],"reasonCode":"cancelled-by-customer"}""",
            Write(input)
        );
        var earlier = $$"""{"order":{{InputJson}},"reason":"changed my mind","steps":[],"reasonCode":"cancelled-by-customer"}""";
        Assert.Equal(Write(input), Write(Read<CancelSagaInput>(earlier).Upcast()));
    }

    [Fact]
    public void An_activity_that_undoes_a_step_reads_the_input_of_earlier_versions() =>
        Assert.Equal("""{"orderId":"o1"}""", Write(Read<CompensationInput>(InputJson)));

    [Fact]
    public void Inputs_and_replies_of_workflows_keep_their_text()
    {
        Assert.Equal("""{"done":true}""", Write(StepReply.Success));
        Assert.Equal("""{"done":false,"refusal":"declined"}""", Write(new StepReply(false, "declined")));
        Assert.Equal(
            """{"orderId":"o1","reason":"declined","steps":[{"name":"create-order","state":"done"}]}""",
            Write(new SagaConclusion("o1", "declined", [new SagaStep("create-order", StepState.Done)]))
        );
        Assert.Equal(
            """{"done":false,"refusal":"on its way","code":"already-shipped"}""",
            Write(new StepReply(false, "on its way", "already-shipped"))
        );
        Assert.Equal("\"confirmed\"", Write(OrderStatus.Confirmed));
    }

    [Fact]
    public void A_step_with_its_times_and_its_compensation_keeps_its_text()
    {
        var declined = new SagaStep("process-payment", StepState.Pending)
            .Start(At)
            .Fail(new Failure("The card was declined.", "card-declined"), At.AddSeconds(1));
        var unknown = new SagaStep("arrange-shipment", StepState.Pending).Fail(
            Failure.Technical("arrange-shipment", "connection reset"),
            At,
            3
        );
        var skipped = new SagaStep("process-payment", StepState.Pending)
            .Complete(At)
            .StartUndo(At)
            .FailUndo(Failure.OfUndoing("process-payment", "away"), At, 5)
            .Settle(new InterventionDecided(1, OperatorDecision.Skip, "written off", "eve", At));

        Assert.Equal(
            """{"name":"process-payment","state":"failed","at":"2026-01-02T03:04:06+00:00","error":"The card was declined.","code":"card-declined","startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:06+00:00","attempts":1}""",
            Write(declined)
        );
        Assert.Equal(
            """{"name":"arrange-shipment","state":"failed","at":"2026-01-02T03:04:05+00:00","error":"The shipment could not be arranged.","code":"shipment-failed","cause":"connection reset","startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:05+00:00","attempts":3}""",
            Write(unknown)
        );
        Assert.Equal(
            """{"name":"process-payment","state":"done","at":"2026-01-02T03:04:05+00:00","startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:05+00:00","attempts":1,"compensation":{"state":"skipped","startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:04:05+00:00","attempts":5,"error":"The payment could not be given back yet.","code":"payment-not-undone","cause":"away","by":"eve","note":"written off"}}""",
            Write(skipped)
        );
        Assert.All([declined, unknown, skipped], step => Assert.Equal(step, Read<SagaStep>(Write(step))));
    }

    [Theory]
    [InlineData("out of stock", "3 of product-11 are wanted, 0 are left", "out-of-stock", "3 of product-11 are wanted, 0 are left", null)]
    [InlineData("declined", "card_declined", "card-declined", "The card was declined.", null)]
    [InlineData(
        "failed",
        "/payments/o1 answered 500",
        "reservation-failed",
        "The goods could not be reserved.",
        "/payments/o1 answered 500"
    )]
    public void An_order_that_was_cancelled_before_codes_were_kept_is_lifted_to_words_a_code_and_a_cause(
        string course,
        string text,
        string code,
        string words,
        string? cause
    )
    {
        var json =
            $$$"""{"eventId":"o1:2","version":2,"occurredAt":"2026-01-02T03:04:05+00:00","event":{"type":"order.cancelled","reason":"{{{text}}}","steps":[{"name":"create-order","state":"compensated","at":"2026-01-02T03:04:07+00:00"},{"name":"reserve-inventory","state":"failed","at":"2026-01-02T03:04:05+00:00","error":"{{{text}}}"}]}}""";

        var cancelled = Assert.IsType<OrderCancelled>(Read<StoredEvent>(json).Upcast());

        Assert.True((cancelled.Reason, cancelled.ReasonCode, cancelled.Cause) == (words, code, cause), $"{course}: {cancelled}");
        Assert.Equal((words, code, cause), (cancelled.Steps[1].Error, cancelled.Steps[1].Code, cancelled.Steps[1].Cause));
        Assert.Equal(
            (CompensationState.Done, At.AddSeconds(2)),
            (cancelled.Steps[0].Compensation!.State, cancelled.Steps[0].Compensation!.EndedAt)
        );
    }

    [Fact]
    public void Upcasting_keeps_the_reason_that_a_person_has_written()
    {
        var cancelled = Assert.IsType<OrderCancelled>(new StoredEvent("o1:2", 2, At, new OrderCancelled("changed my mind", [])).Upcast());

        Assert.Equal(("changed my mind", "cancelled", null), (cancelled.Reason, cancelled.ReasonCode, cancelled.Cause));
    }

    [Theory]
    [InlineData("retry", "Retry")]
    [InlineData("skip", "Skip")]
    [InlineData("resolved", "Resolved")]
    public void An_operators_decision_is_one_of_three_words(string word, string decision) =>
        Assert.Equal(
            decision,
            Read<InterventionDecided>($$"""{"number":1,"decision":"{{word}}","at":"2026-01-02T03:04:05+00:00"}""").Decision.ToString()
        );

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Json.Options);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Json.Options)!;
}
